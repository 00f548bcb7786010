using System.ComponentModel.DataAnnotations;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>A better model than the embedded one, behind any OpenAI-compatible endpoint. Section <c>Embeddings</c>.</summary>
public sealed class EmbeddingOptions : IValidatableObject
{
    public const string Section = "Embeddings";

    /// <summary>The endpoint's address, up to what comes before <c>/embeddings</c>: <c>https://api.openai.com/v1</c>. Without it the embedded model is used.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>The model's name.</summary>
    [StringLength(255)]
    public string? Model { get; set; }

    /// <summary>Sent as a bearer token, if there is one.</summary>
    public string? ApiKey { get; set; }

    /// <summary>The numbers of a vector. 1 to 8,192.</summary>
    [Range(1, 8_192)]
    public int Dimensions { get; set; } = 1_536;

    /// <summary>The model that was set before, at the same endpoint: while not everything has been embedded by the new one, what it embedded is found by it.</summary>
    [StringLength(255)]
    public string? PreviousModel { get; set; }

    /// <summary>The numbers of that one's vectors. 1 to 8,192.</summary>
    [Range(1, 8_192)]
    public int PreviousDimensions { get; set; } = 1_536;

    /// <summary>Texts in a request. 1 to 2,048.</summary>
    [Range(1, 2_048)]
    public int BatchSize { get; set; } = 64;

    /// <summary>How long a question waits for its vector; beyond, it is answered without. 10 milliseconds to 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan QuestionTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a batch in the background may take. 1 second to 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan BatchTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a batch is tried again, at growing intervals, before it is left for later. 0 to 10.</summary>
    [Range(0, 10)]
    public int Retries { get; set; } = 3;

    /// <summary>How often to look for what is to be embedded, and for how long a failing endpoint is left alone. 10 milliseconds to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(5);

    internal EmbeddingModel? Current => BaseAddress is null ? null : new EmbeddingModel(Model!, Dimensions);

    /// <summary>The models that questions can be put to, the one that counts first.</summary>
    internal IReadOnlyList<EmbeddingModel> UsableModels =>
        Current is not { } current ? [] : string.IsNullOrEmpty(PreviousModel) ? [current] : [current, new EmbeddingModel(PreviousModel, PreviousDimensions)];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (BaseAddress is { } address && !(address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)))
        {
            yield return new ValidationResult($"{Section}:{nameof(BaseAddress)} must be an http or https address.");
        }

        if (BaseAddress is not null && string.IsNullOrWhiteSpace(Model))
        {
            yield return new ValidationResult($"{Section}:{nameof(Model)} must be given with {Section}:{nameof(BaseAddress)}.");
        }

        if (Model == EmbeddedModel.Name || PreviousModel == EmbeddedModel.Name || (Model is not null && Model == PreviousModel))
        {
            yield return new ValidationResult($"{Section}:{nameof(Model)} and {Section}:{nameof(PreviousModel)} must be two models, and neither '{EmbeddedModel.Name}'.");
        }
    }
}

/// <param name="Name">Under which its vectors are kept.</param>
/// <param name="Dimensions">The numbers of a vector.</param>
internal sealed record EmbeddingModel(string Name, int Dimensions);
