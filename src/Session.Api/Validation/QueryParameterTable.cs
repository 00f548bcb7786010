using System.Collections.Frozen;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Api.Consistency;
using SessionService.Api.Conversations;
using SessionService.Api.Identity;
using SessionService.Application.Sessions;

namespace SessionService.Api.Validation;

/// <summary>
/// The query parameters of every action, read from its own parameters. <see cref="UnknownParametersFilter"/> checks requests by this table,
/// so a new parameter is known as soon as an action has it.
/// </summary>
internal sealed class QueryParameterTable(IApiDescriptionGroupCollectionProvider descriptions)
{
    // The application has no descriptions before its routes are mapped.
    private readonly Lazy<FrozenDictionary<string, KnownParameters>> _byAction = new(() => Read(descriptions));

    /// <summary>The parameters of an action; <see langword="null"/> where it takes any.</summary>
    public KnownParameters? Of(ActionDescriptor action) => _byAction.Value.GetValueOrDefault(action.Id);

    private static FrozenDictionary<string, KnownParameters> Read(IApiDescriptionGroupCollectionProvider descriptions) =>
        descriptions.ApiDescriptionGroups.Items
            .SelectMany(group => group.Items)
            .Where(description => !Has<AnyQueryParametersAttribute>(description.ActionDescriptor))
            .DistinctBy(description => description.ActionDescriptor.Id, StringComparer.Ordinal)
            .ToFrozenDictionary(description => description.ActionDescriptor.Id, Read, StringComparer.Ordinal);

    private static KnownParameters Read(ApiDescription description)
    {
        var ofQuery = description.ParameterDescriptions.Where(parameter => parameter.Source == BindingSource.Query)
            .ToLookup(parameter => parameter.ModelMetadata.ContainerType == typeof(MetadataConditions));
        // Any route may name the caller, also one that needs none.
        KnownParameter[] shared =
        [
            new(CallerResolver.QueryParameter, MayRepeat: true),
            .. Has<EventualReadsAttribute>(description.ActionDescriptor)
                ? [new KnownParameter(EventualReadsAttribute.QueryParameter, MayRepeat: true)] : (KnownParameter[])[],
            .. Has<TakesIncludeAttribute>(description.ActionDescriptor)
                ? TakesIncludeAttribute.QueryParameters.Select(name => new KnownParameter(name, MayRepeat: true)) : [],
        ];
        return new KnownParameters(
            ofQuery[false]
                .Select(parameter => new KnownParameter(parameter.Name, parameter.ModelMetadata.IsEnumerableType))
                .Concat(shared)
                .DistinctBy(parameter => parameter.Name, StringComparer.OrdinalIgnoreCase),
            takesMetadata: ofQuery[true].Any());
    }

    private static bool Has<T>(ActionDescriptor action) => action.EndpointMetadata.OfType<T>().Any();
}
