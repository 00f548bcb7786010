using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>
/// The model by which memory search compares meaning: in this process, or behind any OpenAI-compatible endpoint. Section <c>Embeddings</c>.
/// </summary>
public sealed class EmbeddingOptions : IValidatableObject
{
    public const string Section = "Embeddings";

    internal const string Minilm = "minilm";
    internal const string Static = "static";

    /// <summary>
    /// What the service itself embeds by: <c>minilm</c>, a sentence model beside the vectors of words, or <c>static</c>, those vectors
    /// alone.
    /// </summary>
    [AllowedValues(Minilm, Static)]
    public string Local { get; set; } = Minilm;

    /// <summary>Where the files of the sentence model are; empty for the program's own directory.</summary>
    public string LocalDirectory { get; set; } = "";

    /// <summary>The share of the time in which the sentence model embeds while something waits, by one core. 0.01 to 1.</summary>
    [Range(0.01, 1)]
    public double LocalShare { get; set; } = 0.5;

    /// <summary>
    /// The endpoint's address, without <c>/embeddings</c> at its end: <c>https://api.openai.com/v1</c>. Without it
    /// <see cref="Local"/> holds.
    /// </summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>The model's name, up to 240 characters.</summary>
    [StringLength(240)]
    public string? Model { get; set; }

    /// <summary>Sent as a bearer token, if there is one.</summary>
    [PasswordPropertyText(true)]
    public string? ApiKey { get; set; }

    /// <summary>The numbers of a vector. 1 to 8,192.</summary>
    [Range(1, 8_192)]
    public int Dimensions { get; set; } = 1_536;

    /// <summary>Whether requests name the number of dimensions. Some endpoints refuse that, for models that have only one length.</summary>
    public bool SendDimensions { get; set; } = true;

    /// <summary>
    /// The model that was set before, at the same endpoint. Until the new model has embedded everything, vectors of this one are compared
    /// too.
    /// </summary>
    [StringLength(240)]
    public string? PreviousModel { get; set; }

    /// <summary>The numbers of that one's vectors. 1 to 8,192.</summary>
    [Range(1, 8_192)]
    public int PreviousDimensions { get; set; } = 1_536;

    /// <summary>Texts in a request. 1 to 2,048.</summary>
    [Range(1, 2_048)]
    public int BatchSize { get; set; } = 64;

    /// <summary>How long a question waits for its vector; after that it is answered without. 10 milliseconds to 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan QuestionTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a batch in the background may take. 1 second to 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan BatchTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a batch is tried again, at growing intervals, before it is left for later. 0 to 10.</summary>
    [Range(0, 10)]
    public int Retries { get; set; } = 3;

    /// <summary>How often to look for texts to embed, and how long to leave a failing endpoint alone. 10 milliseconds to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(5);

    internal EmbeddingModel? Current => BaseAddress is null ? null : new EmbeddingModel(Model!, Dimensions);

    internal EmbeddingModel? Previous =>
        BaseAddress is null || string.IsNullOrEmpty(PreviousModel) ? null : new EmbeddingModel(PreviousModel, PreviousDimensions);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (BaseAddress is { } address
            && !(address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)))
        {
            yield return new ValidationResult($"{Section}:{nameof(BaseAddress)} must be an http or https address.");
        }

        if (BaseAddress is not null && string.IsNullOrWhiteSpace(Model))
        {
            yield return new ValidationResult($"{Section}:{nameof(Model)} must be given with {Section}:{nameof(BaseAddress)}.");
        }

        if (Model is not null && Model == PreviousModel && Dimensions == PreviousDimensions)
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(Model)} and {Section}:{nameof(PreviousModel)} must be two models, "
                + "or one with two numbers of dimensions.");
        }
    }
}
