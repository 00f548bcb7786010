using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Numerics.Tensors;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>Asks an OpenAI-compatible endpoint for embeddings. The library for that would add two packages for this one request.</summary>
internal sealed class OpenAiEmbeddings : IEmbeddingGenerator<string, Embedding<float>>
{
    private const long MaxAnswerBytes = 256L * 1024 * 1024;

    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly bool _sendsDimensions;

    public OpenAiEmbeddings(IOptions<EmbeddingOptions> options)
    {
        var settings = options.Value;
        _sendsDimensions = settings.SendDimensions;
        _address = new Uri($"{settings.BaseAddress?.AbsoluteUri.TrimEnd('/')}/embeddings", UriKind.RelativeOrAbsolute);
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false })
        {
            // The caller sets the timeout.
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        if (!string.IsNullOrEmpty(settings.ApiKey))
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", settings.ApiKey);
        }
    }

    /// <exception cref="HttpRequestException">The endpoint cannot be reached, refuses the request, or sends an invalid answer.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var input = values.ToArray();
        var request = new Request(options?.ModelId!, input, _sendsDimensions ? options?.Dimensions : null);
        using var response = await _http.PostAsJsonAsync(_address, request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new EmbeddingsRefusedException(response);
        }

        var answer = await ReadAsync(response, cancellationToken);
        var vectors = new Embedding<float>?[input.Length];
        foreach (var item in (answer?.Data ?? []).OfType<Item>())
        {
            if (item.Index >= 0
                && item.Index < vectors.Length
                && item.Embedding is { } embedding
                && embedding.Length == options?.Dimensions
                && IsFinite(embedding))
            {
                vectors[item.Index] = new Embedding<float>(embedding);
            }
        }

        return Array.TrueForAll(vectors, vector => vector is not null)
            ? new GeneratedEmbeddings<Embedding<float>>(vectors!)
            : throw new HttpRequestException($"The endpoint did not answer a vector of {options?.Dimensions} numbers for each text.");
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() => _http.Dispose();

    // A number that is too large for its type is read as infinite.
    private static bool IsFinite(float[] vector) => TensorPrimitives.IsFiniteAll<float>(vector);

    private static async Task<Answer?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<Answer>(cancellationToken);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new HttpRequestException("The endpoint did not answer with JSON of the expected form.", exception);
        }
    }

    private sealed record Request(
        [property: JsonPropertyName("model")] string Model,
        [property: JsonPropertyName("input")] string[] Input,
        [property: JsonPropertyName("dimensions"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Dimensions);

    private sealed record Answer([property: JsonPropertyName("data")] Item?[]? Data);

    private sealed record Item(
        [property: JsonPropertyName("index")] int Index,
        [property: JsonPropertyName("embedding")] float[]? Embedding);
}
