using System.Globalization;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>A model that turns texts into vectors.</summary>
/// <param name="Name">Its name, as the endpoint knows it if there is one.</param>
/// <param name="Dimensions">The numbers of a vector.</param>
internal sealed record EmbeddingModel(string Name, int Dimensions)
{
    /// <summary>The vectors of words that the service ships. Every text has a vector by them.</summary>
    public static readonly EmbeddingModel OfWords = new("embedded", 100) { Key = "embedded" };

    /// <summary>The sentence model in this process. The end of its key counts the changes of its file and of its word pieces.</summary>
    public static readonly EmbeddingModel OfSentences =
        new(SentenceModel.Name, SentenceModel.Dimensions) { Key = $"local/{SentenceModel.Name}/1" };

    /// <summary>Under which its vectors are kept: those of one length cannot be compared with those of another.</summary>
    public string Key { get; private init; } = string.Create(CultureInfo.InvariantCulture, $"{Name}/{Dimensions}");
}
