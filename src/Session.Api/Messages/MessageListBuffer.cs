using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;
using SessionService.Api.Json;

namespace SessionService.Api.Messages;

/// <summary>A pooled buffer for the JSON of a page.</summary>
internal sealed class MessageListBuffer : IDisposable
{
    private const int InitialBytes = 64 * 1024;

    // A buffer that has grown beyond this size does not return to the pool.
    private const int MaxKeptBytes = 1024 * 1024;

    private static readonly ObjectPool<MessageListBuffer> Pool = new DefaultObjectPool<MessageListBuffer>(new Policy());

    private readonly ArrayBufferWriter<byte> _bytes = new(InitialBytes);

    private MessageListBuffer() =>
        Json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = ServiceJson.Encoder, SkipValidation = true });

    public Utf8JsonWriter Json { get; }

    /// <summary>The bytes written since the last <see cref="Clear"/>.</summary>
    public int Length => _bytes.WrittenCount + Json.BytesPending;

    public static MessageListBuffer Rent() => Pool.Get();

    /// <summary>The bytes written so far.</summary>
    public ReadOnlyMemory<byte> Flush()
    {
        Json.Flush();
        return _bytes.WrittenMemory;
    }

    /// <summary>Drops the written bytes, which were sent. The JSON goes on.</summary>
    public void Clear() => _bytes.ResetWrittenCount();

    public void Dispose() => Pool.Return(this);

    private sealed class Policy : PooledObjectPolicy<MessageListBuffer>
    {
        public override MessageListBuffer Create() => new();

        public override bool Return(MessageListBuffer obj)
        {
            obj.Clear();
            obj.Json.Reset(obj._bytes);
            return obj._bytes.Capacity <= MaxKeptBytes;
        }
    }
}
