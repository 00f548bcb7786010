using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>
/// The sentence model all-MiniLM-L6-v2 in this process: the mean of what it makes of the word pieces of a text. A text is embedded on the
/// thread that asks.
/// </summary>
internal sealed class SentenceModel : IDisposable
{
    public const string Name = "all-MiniLM-L6-v2";
    public const int Dimensions = 384;

    private const string ModelFile = "sentence-model.onnx";
    private const string VocabularyFile = "sentence-model.vocabulary.txt";
    private const string Output = "last_hidden_state";

    // What a text begins with says what the text is about. Time grows with the number of pieces.
    private const int MostPieces = 128;

    private static readonly string[] Inputs = ["input_ids", "attention_mask", "token_type_ids"];

    private readonly WordPieces _pieces;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    /// <param name="directory">Where the build has put the files.</param>
    public SentenceModel(string directory)
    {
        _pieces = new WordPieces(File.ReadLines(Path.Combine(directory, VocabularyFile)));
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // Memory for the longest text would be kept for good.
            EnableCpuMemArena = false,
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        _session = new InferenceSession(Path.Combine(directory, ModelFile), options);
    }

    /// <summary>Whether the build has made the files.</summary>
    public static bool IsIn(string directory) =>
        File.Exists(Path.Combine(directory, ModelFile)) && File.Exists(Path.Combine(directory, VocabularyFile));

    /// <summary>A vector of length 1; <see langword="null"/> for a text that is not English.</summary>
    public float[]? Embed(string text)
    {
        var split = _pieces.Split(text, MostPieces);
        return EnglishText.IsEnglish(split) ? Embed(split.Pieces) : null;
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private float[] Embed(int[] pieces)
    {
        long[] shape = [1, pieces.Length];
        using var numbers = OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(pieces, piece => (long)piece), shape);
        using var mask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, pieces.Length).ToArray(), shape);
        using var types = OrtValue.CreateTensorValueFromMemory(new long[pieces.Length], shape);
        using var outputs = _session.Run(_run, Inputs, [numbers, mask, types], [Output]);
        var states = outputs[0].GetTensorDataAsSpan<float>();
        var mean = new float[Dimensions];
        for (var i = 0; i < states.Length; i += Dimensions)
        {
            TensorPrimitives.Add(mean, states.Slice(i, Dimensions), mean);
        }

        PackedVector.Normalize(mean);
        return mean;
    }
}
