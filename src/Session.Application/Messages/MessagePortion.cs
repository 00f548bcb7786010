using System.Buffers;

namespace SessionService.Application.Messages;

/// <summary>
/// The first messages of a selection, in memory. The texts are valid until the portion is disposed of.
/// </summary>
public sealed class MessagePortion : IDisposable
{
    /// <summary>A portion takes no further message once its texts are this long.</summary>
    public const int MaxBytes = 1024 * 1024;

    private readonly List<IDisposable> _memory = [];
    private MessageRow[] _rows;
    private bool _isDisposed;

    /// <param name="expected">How many messages are expected.</param>
    public MessagePortion(int expected) => _rows = ArrayPool<MessageRow>.Shared.Rent(Math.Clamp(expected, 1, 256));

    /// <summary>The number of the session's messages that match the filters, in any range.</summary>
    public long Total { get; set; }

    /// <summary>The number of matching messages in the range, in the snapshot of the first messages.</summary>
    public long InRange { get; set; }

    /// <summary>The path of the messages, as of the first portion.</summary>
    public MessagePath? Path { get; set; }

    public int Count { get; private set; }

    /// <summary>The length of the texts.</summary>
    public long Bytes { get; private set; }

    public bool IsFull => Bytes >= MaxBytes;

    /// <summary>Whether the selection has no more messages.</summary>
    public bool IsLast { get; set; }

    public ref readonly MessageRow this[int index] => ref _rows.AsSpan(0, Count)[index];

    public void Add(in MessageRow row)
    {
        if (Count == _rows.Length)
        {
            var grown = ArrayPool<MessageRow>.Shared.Rent(2 * Count);
            _rows.CopyTo(grown, 0);
            Return();
            _rows = grown;
        }

        _rows[Count++] = row;
        Bytes += row.Bytes;
    }

    /// <summary>Leaves only some of the messages, in their order.</summary>
    public void Keep(Predicate<MessageRow> isKept)
    {
        var rows = _rows.AsSpan(0, Count);
        var count = 0;
        Bytes = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            if (isKept(rows[i]))
            {
                rows[count++] = rows[i];
                Bytes += rows[count - 1].Bytes;
            }
        }

        rows[count..].Clear();
        Count = count;
    }

    /// <summary>Keeps the memory of some messages for as long as the portion.</summary>
    public void Hold(IDisposable memory) => _memory.Add(memory);

    public void Reverse() => _rows.AsSpan(0, Count).Reverse();

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        Return();
        _rows = [];
        Count = 0;
        foreach (var memory in _memory)
        {
            memory.Dispose();
        }
    }

    private void Return()
    {
        // Only what was used, so that no text is kept alive.
        _rows.AsSpan(0, Math.Min(Count, _rows.Length)).Clear();
        ArrayPool<MessageRow>.Shared.Return(_rows);
    }
}
