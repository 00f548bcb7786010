using System.Globalization;
using System.Text;

namespace SessionService.Infrastructure.Folding;

/// <summary>
/// Folds texts: texts that differ only in case, in diacritics or in their encoding become equal. Queries and searched texts both go through
/// this one function.
/// </summary>
internal static class TextFolding
{
    /// <summary>
    /// Raise it with each change of the result of any text, and of what the search index stores of a folded text. Stored data that was made
    /// from folded texts is then renewed. Version 1 was the decomposition NFKD without accents. Version 2 had no words as they are written,
    /// and no parts of words with dots.
    /// </summary>
    public const int Version = 3;

    /// <summary>The text itself where it has nothing to fold.</summary>
    public static string Fold(string text) =>
        Ascii.IsValid(text) ? text.ToLowerInvariant() : new Folder(text, withOrigins: false).Run().Text;

    /// <summary>The folded text, and where in the text each of its characters comes from.</summary>
    public static FoldedText FoldWithOrigins(string text) =>
        Ascii.IsValid(text) ? new FoldedText(text.ToLowerInvariant(), Origins: null) : new Folder(text, withOrigins: true).Run();

    private sealed class Folder(string text, bool withOrigins)
    {
        private const int ReplacementLength = 1;

        private static readonly FoldingTable Table = FoldingTable.Shipped;

        private readonly StringBuilder _folded = new(text.Length);
        private readonly List<Range>? _origins = withOrigins ? new(text.Length) : null;

        // The place of the current character in the text.
        private int _start;
        private int _end;

        public FoldedText Run()
        {
            while (_end < text.Length)
            {
                _start = _end;
                var c = text[_start];
                if (char.IsAscii(c))
                {
                    _end++;
                    Append(char.ToLowerInvariant(c));
                    continue;
                }

                _end += Rune.TryGetRuneAt(text, _start, out var rune) ? rune.Utf16SequenceLength : ReplacementLength;
                Fold(rune == default ? Rune.ReplacementChar : rune);
            }

            return new FoldedText(_folded.ToString(), _origins);
        }

        private void Fold(Rune rune)
        {
            if (rune.IsBmp && TryCompose((char)rune.Value))
            {
                return;
            }

            if (Table.Find(rune) is not { } folded)
            {
                // The table lacks newer letters; .NET may know their lower case.
                Append(Rune.ToLowerInvariant(rune));
                return;
            }

            if (folded.Length == 0 && IsMark(rune))
            {
                // A highlighted letter includes the marks on it.
                Extend();
            }

            foreach (var part in folded.EnumerateRunes())
            {
                if ((part.IsBmp && TryCompose((char)part.Value)) || Table.Find(part) is { Length: 0 })
                {
                    continue;
                }

                Append(part);
            }
        }

        /// <summary>Composes the last letter and a mark to one letter, or two parts of a syllable to one syllable.</summary>
        private bool TryCompose(char c)
        {
            if (_folded.Length == 0)
            {
                return false;
            }

            var last = _folded[^1];
            if (!Hangul.TryCompose(last, c, out var composed) && !Table.TryCompose(last, c, out composed))
            {
                return false;
            }

            _folded[^1] = composed;
            Extend();
            return true;
        }

        private void Append(Rune rune)
        {
            if (rune.IsBmp)
            {
                Append((char)rune.Value);
                return;
            }

            Span<char> chars = stackalloc char[2];
            rune.EncodeToUtf16(chars);
            Append(chars[0]);
            Append(chars[1]);
        }

        private void Append(char c)
        {
            _folded.Append(c);
            _origins?.Add(_start.._end);
            if (!char.IsAscii(c) && Table.ClassOf(c) is > 0 and var order)
            {
                MoveLast(order);
            }
        }

        /// <summary>Moves the last mark to its place: marks of different classes have one order, however they were typed.</summary>
        private void MoveLast(int order)
        {
            for (var i = _folded.Length - 1; i > 0 && Table.ClassOf(_folded[i - 1]) > order; i--)
            {
                (_folded[i - 1], _folded[i]) = (_folded[i], _folded[i - 1]);
                if (_origins is not null)
                {
                    (_origins[i - 1], _origins[i]) = (_origins[i], _origins[i - 1]);
                }
            }
        }

        private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

        private void Extend()
        {
            if (_origins is [.., var last])
            {
                _origins[^1] = last.Start.._end;
            }
        }
    }
}

/// <summary>A folded text.</summary>
/// <param name="Text">The folded text.</param>
/// <param name="Origins">
/// The source of each folded character in the text; <see langword="null"/> where each has the same place in both.
/// </param>
internal readonly record struct FoldedText(string Text, IReadOnlyList<Range>? Origins)
{
    /// <summary>Where in the text a part of the folded text comes from.</summary>
    public (int Start, int End) OriginOf(int start, int end) =>
        Origins is null ? (start, end) : (Origins[start].Start.Value, Origins[end - 1].End.Value);
}
