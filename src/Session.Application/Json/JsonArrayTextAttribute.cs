namespace SessionService.Application.Json;

/// <summary>Marks a <see cref="JsonText"/> that holds an array, for the OpenAPI document; without it, it holds an object.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class JsonArrayTextAttribute : Attribute;
