namespace SessionService.Infrastructure.Embeddings;

/// <summary>The model that the service ships.</summary>
internal static class EmbeddedModel
{
    /// <summary>The name under which its vectors are kept beside those of other models.</summary>
    public const string Name = "embedded";
}
