namespace SessionService.Application.Validation;

/// <summary>The words that a list may hold, for the OpenAPI document. The validators check them.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class AllowedItemsAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;
}
