namespace SessionService.Application.Json;

/// <summary>
/// Marks a <see cref="JsonText"/> in which <c>null</c> is a value, not an absent field. It accepts any JSON; the validator of the request
/// checks the type.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NullIsGivenAttribute : Attribute;
