using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Application.Sessions;
using SessionService.Domain.Text;

namespace SessionService.Api.Sessions;

/// <summary>
/// Reads the query parameters <c>metadata.…</c>, of which there may be any, and names each that is wrong as the client named it.
/// </summary>
internal sealed class MetadataConditionsBinder : IModelBinder, IModelBinderProvider
{
    public IModelBinder? GetBinder(ModelBinderProviderContext context) =>
        context.Metadata.ModelType == typeof(MetadataConditions) ? this : null;

    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var conditions = new List<MetadataCondition>();
        foreach (var (name, given) in bindingContext.HttpContext.Request.Query.Where(parameter => IsCondition(parameter.Key)))
        {
            var values = given.Select(value => value ?? "").ToList();
            if (MetadataCondition.Refuse(name[MetadataCondition.Prefix.Length..], values) is { } reason)
            {
                bindingContext.ModelState.TryAddModelError(NameOf(name), reason);
            }
            else if (conditions.Count == MetadataCondition.MaxConditions)
            {
                bindingContext.ModelState.TryAddModelError("metadata", $"must be at most {MetadataCondition.MaxConditions} conditions");
                break;
            }
            else
            {
                // A value beside "whatever it holds" asks for nothing more.
                conditions.Add(new MetadataCondition(
                    MetadataCondition.ParsePath(name[MetadataCondition.Prefix.Length..]),
                    values.Contains("", StringComparer.Ordinal) ? [] : values));
            }
        }

        bindingContext.Result = ModelBindingResult.Success(conditions.Count == 0 ? null : new MetadataConditions(conditions));
        return Task.CompletedTask;
    }

    private static bool IsCondition(string name) => name.StartsWith(MetadataCondition.Prefix, StringComparison.OrdinalIgnoreCase);

    // What cannot be a path need not be repeated.
    private static string NameOf(string name) =>
        name.Length > MetadataCondition.MaxNameLength || StorableText.Refuse(name) is not null ? "metadata" : name;
}
