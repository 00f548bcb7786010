using System.Globalization;
using System.Text;
using SessionService.Infrastructure.Folding;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Prepares a query for <c>websearch_to_tsquery</c> as <see cref="SearchText"/> prepares what it is to find. A word that is several there
/// (a path, an address, Chinese) becomes a phrase of these. A prefix (<c>zebra*</c>), which that function does not know, becomes a word
/// that stands for the prefix.
/// </summary>
internal static class SearchQueryText
{
    // Of the word with the star. Fewer letters begin a large part of all words.
    private const int MinPrefixLength = 2;

    // Each prefix may read the whole index of a user.
    private const int MaxPrefixes = 8;

    // A longer one is in no index, and PostgreSQL refuses to look for it. Few characters may stand for many.
    private const int MaxWordBytes = 2_000;

    public static string Normalize(string text) => Read(text).Text;

    public static PreparedQuery Read(string text)
    {
        var query = new StringBuilder(text.Length);
        var prefixes = new Dictionary<string, string>(StringComparer.Ordinal);
        var (words, unknown) = (new List<QueryWord>(), new List<string>());
        var items = Split(TextFolding.FoldWithOrigins(text));
        var (isAfterOperand, isOr) = (false, false);
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            // PostgreSQL takes an "or" that has nothing before or behind it as a word.
            if (item.IsBareOr && isAfterOperand && i + 1 < items.Count)
            {
                (isAfterOperand, isOr) = (false, true);
                continue;
            }

            isAfterOperand = true;
            if (item.IsPrefix && (item.Length < MinPrefixLength || prefixes.Count == MaxPrefixes || item.Words[^1].IsEndless))
            {
                unknown.Add(OriginOf(text, item.Words[0], item.Words[^1], after: 1));
                continue;
            }

            var searched = item.Words.Where(word => !word.IsEndless).Select(word => word.Text).ToList();
            unknown.AddRange(item.Words.Where(word => word.IsEndless).Select(word => OriginOf(text, word, word)));
            words.AddRange(item.Words.SkipLast(item.IsPrefix ? 1 : 0).Select(word => new QueryWord(word.Text, OriginOf(text, word, word))));
            if (searched.Count == 0)
            {
                continue;
            }

            if (item.IsPrefix)
            {
                var name = NameOf(prefixes.Count, items);
                prefixes.Add(name, searched[^1]);
                searched[^1] = name;
            }

            // An "or" in quotes is a word.
            var quote = item.IsPhrase || item.Words.Count > 1 ? "\"" : "";
            query.Append(isOr && query.Length > 0 ? "or " : "").Append(item.IsNegated ? "-" : "");
            query.Append(quote).AppendJoin(' ', searched).Append(quote).Append(' ');
            isOr = false;
        }

        return new PreparedQuery(query.ToString(), words, prefixes, unknown);
    }

    private static List<Item> Split(FoldedText folded)
    {
        var items = new List<Item>();
        var text = folded.Text.AsSpan();
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var isNegated = text[at] == '-';
            at += isNegated ? 1 : 0;
            var isPhrase = at < text.Length && IsQuote(text[at]);
            at += isPhrase ? 1 : 0;
            var length = isPhrase ? text[at..].IndexOfAny("\"“”„") : IndexOfEnd(text[at..]);
            var end = length < 0 ? text.Length : at + length;
            var words = Words(folded, at..end);
            if (words.Count > 0)
            {
                items.Add(new Item(words, isNegated, isPhrase, IsPrefix: !isPhrase && words[^1].IsPrefix(text[..end])));
            }

            at = isPhrase ? end + 1 : end;
        }

        return items;
    }

    private static List<Word> Words(FoldedText folded, Range item)
    {
        var words = new List<Word>();
        var text = folded.Text.AsSpan(item);
        foreach (var word in SearchText.In(text))
        {
            var (start, end) = (item.Start.Value + word.Start.Value, item.Start.Value + word.End.Value);
            var (from, to) = folded.OriginOf(start, end);
            words.Add(new Word(SearchText.Join(text[word]), start, end, from, to));
        }

        return words;
    }

    private static string OriginOf(string text, Word first, Word last, int after = 0) =>
        text[first.From..Math.Min(text.Length, last.To + after)];

    /// <summary>A word for a prefix, which is a word in every locale and has only itself as its lexeme.</summary>
    private static string NameOf(int number, List<Item> items)
    {
        var name = "qzp";
        while (items.Exists(item => item.Words.Exists(word => word.Text.StartsWith(name, StringComparison.Ordinal))))
        {
            name += "p";
        }

        return name + number.ToString(CultureInfo.InvariantCulture);
    }

    private static bool IsQuote(char c) => c is '"' or '“' or '”' or '„';

    private static int IndexOfEnd(ReadOnlySpan<char> rest)
    {
        for (var i = 0; i < rest.Length; i++)
        {
            if (char.IsWhiteSpace(rest[i]) || IsQuote(rest[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private sealed record Item(List<Word> Words, bool IsNegated, bool IsPhrase, bool IsPrefix)
    {
        public int Length => Words.Sum(word => word.Text.Length);

        public bool IsBareOr => !IsNegated && !IsPhrase && !IsPrefix && Words is [{ Text: "or" }];
    }

    /// <param name="Text">The word as the index has it.</param>
    /// <param name="Start">Where it begins in the folded query.</param>
    /// <param name="End">Where it ends there.</param>
    /// <param name="From">Where it begins in the query.</param>
    /// <param name="To">Where it ends there.</param>
    private readonly record struct Word(string Text, int Start, int End, int From, int To)
    {
        public bool IsEndless => Encoding.UTF8.GetByteCount(Text) > MaxWordBytes;

        /// <summary>Whether the item ends with the word and a star. A character that is a word of its own has no longer words.</summary>
        public bool IsPrefix(ReadOnlySpan<char> item) =>
            item.Length > End && item[End..].Trim('*').IsEmpty && item[Start..End].SequenceEqual(Text);
    }
}

/// <param name="Text">The query for <c>websearch_to_tsquery</c>.</param>
/// <param name="Words">The words of the query, without operators and prefixes.</param>
/// <param name="Prefixes">The prefixes by the words that stand for them.</param>
/// <param name="Unknown">
/// The words that cannot be searched, as the query has them: words that are too long, prefixes that are too short or too many.
/// </param>
internal sealed record PreparedQuery(
    string Text, IReadOnlyList<QueryWord> Words, IReadOnlyDictionary<string, string> Prefixes, IReadOnlyList<string> Unknown);

/// <param name="Text">The word as the index has it.</param>
/// <param name="Given">The word as the query has it.</param>
internal readonly record struct QueryWord(string Text, string Given);
