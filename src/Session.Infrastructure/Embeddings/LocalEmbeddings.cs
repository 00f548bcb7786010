using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>Embeds texts by the sentence model in this process, which is loaded when it is first needed.</summary>
internal sealed partial class LocalEmbeddings : IDisposable
{
    // English, so that a whole vocabulary knows all of the words.
    private const string Probe = "The weather was nice and we went for a walk in the park.";

    private readonly ILogger<LocalEmbeddings> _logger;
    private readonly string _directory;
    private readonly Lazy<SentenceModel?> _model;
    private volatile bool _isThere;

    public LocalEmbeddings(IOptions<EmbeddingOptions> options, ILogger<LocalEmbeddings> logger)
    {
        _logger = logger;
        _directory = options.Value.LocalDirectory is { Length: > 0 } directory ? directory : AppContext.BaseDirectory;
        _model = new Lazy<SentenceModel?>(Load);
        _isThere = options.Value.Local == EmbeddingOptions.Minilm && SentenceModel.IsIn(_directory);
        if (options.Value.Local == EmbeddingOptions.Minilm && !_isThere)
        {
            LogMissing();
        }
    }

    /// <summary>The model; <see langword="null"/> where the settings do not want one, or none works here.</summary>
    public EmbeddingModel? Model => _isThere ? EmbeddingModel.OfSentences : null;

    /// <summary>The vector of a text; <see langword="null"/> where the text is not English, or no model works here.</summary>
    public float[]? Embed(string text)
    {
        try
        {
            return _model.Value?.Embed(text);
        }
        catch (OnnxRuntimeException exception)
        {
            // One text is to keep neither its question nor the texts behind it waiting.
            LogFailed(exception.GetType().Name);
            return null;
        }
    }

    /// <summary>Vectors of texts; of length 0 for those that are not English.</summary>
    /// <exception cref="InvalidDataException">No model works here, so nothing may be kept as embedded.</exception>
    /// <exception cref="OnnxRuntimeException">The model failed, as where memory is short. The texts are to be embedded later.</exception>
    public IReadOnlyList<Embedding<float>> EmbedAll(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var model = _model.Value ?? throw new InvalidDataException("The sentence model cannot be used.");
        var embeddings = new List<Embedding<float>>(texts.Count);
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            embeddings.Add(new Embedding<float>(model.Embed(text) ?? new float[SentenceModel.Dimensions]));
        }

        return embeddings;
    }

    public void Dispose()
    {
        if (_model.IsValueCreated)
        {
            _model.Value?.Dispose();
        }
    }

    private SentenceModel? Load()
    {
        try
        {
            var model = new SentenceModel(_directory);
            return model.Embed(Probe) is { Length: SentenceModel.Dimensions }
                ? model
                : throw new InvalidDataException("The model or its vocabulary is another one.");
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or TypeInitializationException or DllNotFoundException
            or BadImageFormatException or EntryPointNotFoundException or IOException or UnauthorizedAccessException
            or KeyNotFoundException or InvalidDataException or ArgumentException or IndexOutOfRangeException)
        {
            // The runtime has no build for this system, or a file is damaged.
            _isThere = false;
            LogUnusable(exception.GetBaseException().GetType().Name);
            return null;
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Information,
        "The sentence model is not beside the program, so memory search uses the vectors of words alone (Embeddings__Local=static)")]
    private partial void LogMissing();

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "The sentence model cannot be loaded, so memory search uses the vectors of words alone (Embeddings__Local=static): {Reason}")]
    private partial void LogUnusable(string reason);

    [LoggerMessage(3, LogLevel.Warning, "The sentence model did not embed a text: {Reason}")]
    private partial void LogFailed(string reason);
}
