namespace SessionService.Application.Json;

/// <summary>Marks a <see cref="JsonText"/> as an array in the OpenAPI document. Without the attribute it is an object.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class JsonArrayTextAttribute : Attribute;
