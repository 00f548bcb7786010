namespace SessionService.Client;

/// <summary>
/// A condition on metadata. A dot in the path separates nested keys; a dot inside a key is written <c>\.</c>. Without a value the key must
/// exist. Several conditions with the same path match any of their values.
/// </summary>
public sealed record MetadataCondition(string Path, string? Value = null);
