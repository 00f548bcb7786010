using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Application.Sessions;
using SessionService.Domain.Text;

namespace SessionService.Api.Sessions;

/// <summary>Binds the query parameters <c>metadata.…</c>, whose names the client chooses. An error has the name of its parameter.</summary>
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
                // An empty value accepts any value, so other values beside it add nothing.
                conditions.Add(new MetadataCondition(
                    MetadataCondition.ParsePath(name[MetadataCondition.Prefix.Length..]),
                    values.Contains("", StringComparer.Ordinal) ? [] : values));
            }
        }

        bindingContext.Result = ModelBindingResult.Success(conditions.Count == 0 ? null : new MetadataConditions(conditions));
        return Task.CompletedTask;
    }

    private static bool IsCondition(string name) => name.StartsWith(MetadataCondition.Prefix, StringComparison.OrdinalIgnoreCase);

    // A name that cannot be a path is not repeated in the error.
    private static string NameOf(string name) =>
        name.Length > MetadataCondition.MaxNameLength || StorableText.Refuse(name) is not null ? "metadata" : name;
}
