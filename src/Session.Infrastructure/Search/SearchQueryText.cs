using System.Text;
using SessionService.Infrastructure.Folding;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Prepares a query for <c>websearch_to_tsquery</c> as <see cref="SearchText"/> prepares what it is to find. A word that is several there
/// (a path, an address, Chinese) becomes a phrase of these.
/// </summary>
internal static class SearchQueryText
{
    // A longer one is in no index, and PostgreSQL refuses to look for it. Few characters may stand for many.
    private const int MaxWordBytes = 2_000;

    public static string Normalize(string text)
    {
        var folded = TextFolding.Fold(text);
        var query = new StringBuilder(folded.Length);
        var rest = folded.AsSpan().TrimStart();
        while (rest.Length > 0)
        {
            var isNegated = rest[0] == '-';
            if (isNegated)
            {
                rest = rest[1..];
            }

            var isPhrase = rest.Length > 0 && IsQuote(rest[0]);
            if (isPhrase)
            {
                rest = rest[1..];
            }

            var end = isPhrase ? rest.IndexOfAny("\"“”„") : IndexOfEnd(rest);
            var words = WithoutEndless(SearchText.Join(end < 0 ? rest : rest[..end]));
            rest = end < 0 ? [] : rest[(isPhrase ? end + 1 : end)..].TrimStart();
            if (words.Length > 0)
            {
                // An "or" in quotes is a word.
                var quote = isPhrase || words.Contains(' ', StringComparison.Ordinal) ? "\"" : "";
                query.Append(isNegated ? "-" : "").Append(quote).Append(words).Append(quote).Append(' ');
            }
        }

        return query.ToString();
    }

    private static string WithoutEndless(string words) =>
        Encoding.UTF8.GetByteCount(words) <= MaxWordBytes
            ? words
            : string.Join(' ', words.Split(' ').Where(word => Encoding.UTF8.GetByteCount(word) <= MaxWordBytes));

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
}
