using System.Buffers;

namespace SessionService.Api.Imports;

/// <summary>Finds the end of a JSON value that arrives in pieces. It does not check that the value is well-formed.</summary>
internal struct JsonValueScan(int depth)
{
    private static readonly SearchValues<byte> OfStrings = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> OfContainers = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> AfterScalars = SearchValues.Create(",]} \t\r\n"u8);

    private int _depth = depth;
    private bool _isInString;
    private bool _isEscaped;
    private bool _isInScalar;

    public bool IsComplete { get; private set; }

    /// <summary>How many of these bytes belong to the value.</summary>
    public int Measure(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && !IsComplete)
        {
            if (_isInString)
            {
                at = MeasureString(bytes, at);
            }
            else if (_depth > 0)
            {
                at = MeasureContainer(bytes, at);
            }
            else if (_isInScalar)
            {
                var length = bytes[at..].IndexOfAny(AfterScalars);
                IsComplete = length >= 0;
                at = length < 0 ? bytes.Length : at + length;
            }
            else
            {
                _isInString = bytes[at] == '"';
                _depth = bytes[at] is (byte)'{' or (byte)'[' ? 1 : 0;
                _isInScalar = !_isInString && _depth == 0;
                at += _isInScalar ? 0 : 1;
            }
        }

        return at;
    }

    private int MeasureString(ReadOnlySpan<byte> bytes, int at)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
            return at + 1;
        }

        var length = bytes[at..].IndexOfAny(OfStrings);
        if (length < 0)
        {
            return bytes.Length;
        }

        _isEscaped = bytes[at + length] == '\\';
        _isInString = _isEscaped;
        IsComplete = !_isInString && _depth == 0;
        return at + length + 1;
    }

    private int MeasureContainer(ReadOnlySpan<byte> bytes, int at)
    {
        var length = bytes[at..].IndexOfAny(OfContainers);
        if (length < 0)
        {
            return bytes.Length;
        }

        var one = bytes[at + length];
        _isInString = one == '"';
        _depth += one is (byte)'{' or (byte)'[' ? 1 : one == '"' ? 0 : -1;
        IsComplete = _depth == 0;
        return at + length + 1;
    }
}
