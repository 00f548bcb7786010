namespace SessionService.Infrastructure.Embeddings;

/// <summary>The model that needs nothing but the service.</summary>
internal static class EmbeddedModel
{
    /// <summary>Its name beside those of other models.</summary>
    public const string Name = "embedded";
}
