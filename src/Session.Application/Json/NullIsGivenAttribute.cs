namespace SessionService.Application.Json;

/// <summary>
/// Marks a <see cref="JsonText"/> in which a <c>null</c> is a value as any other, and not the same as no value. It takes any JSON, so that
/// its validator says what fits.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NullIsGivenAttribute : Attribute;
