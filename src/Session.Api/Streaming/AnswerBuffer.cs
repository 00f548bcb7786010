using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;
using SessionService.Api.Json;

namespace SessionService.Api.Streaming;

/// <summary>A pooled buffer for the JSON of an answer.</summary>
internal sealed class AnswerBuffer : IBufferWriter<byte>, IDisposable
{
    private const int InitialBytes = 64 * 1024;

    // A buffer that has grown beyond this size gives its memory back to the memory pool.
    private const int MaxKeptBytes = 1024 * 1024;

    private static readonly ObjectPool<AnswerBuffer> Pool = new DefaultObjectPool<AnswerBuffer>(new Policy());

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private int _written;

    private AnswerBuffer() =>
        Json = new Utf8JsonWriter(this, new JsonWriterOptions { Encoder = ServiceJson.Encoder, SkipValidation = true });

    public Utf8JsonWriter Json { get; }

    /// <summary>The bytes written since the last <see cref="Clear"/>.</summary>
    public int Length => _written + Json.BytesPending;

    public static AnswerBuffer Rent() => Pool.Get();

    /// <summary>The bytes written so far. They are valid until more is written.</summary>
    public ReadOnlyMemory<byte> Flush()
    {
        Json.Flush();
        return _bytes.AsMemory(0, _written);
    }

    /// <summary>Drops the written bytes, which were sent. The JSON goes on.</summary>
    public void Clear() => _written = 0;

    public void Dispose() => Pool.Return(this);

    void IBufferWriter<byte>.Advance(int count) => _written += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_written);
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_written);
    }

    private void Grow(int sizeHint)
    {
        var needed = _written + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
        {
            var grown = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (int)Math.Min(2L * _bytes.Length, Array.MaxLength)));
            _bytes.AsSpan(0, _written).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = grown;
        }
    }

    private sealed class Policy : PooledObjectPolicy<AnswerBuffer>
    {
        public override AnswerBuffer Create() => new();

        public override bool Return(AnswerBuffer obj)
        {
            obj.Clear();
            obj.Json.Reset(obj);
            if (obj._bytes.Length > MaxKeptBytes)
            {
                ArrayPool<byte>.Shared.Return(obj._bytes);
                obj._bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);
            }

            return true;
        }
    }
}
