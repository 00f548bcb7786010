using System.Text.RegularExpressions;

namespace SessionService.Infrastructure.Schema;

/// <summary>
/// Compares an expression of the model with the catalog's spelling of it. PostgreSQL rewrites what it stores
/// (<c>a IN ('x')</c> becomes <c>(a)::text = ANY (ARRAY['x'::text])</c>), and only the database itself could say exactly whether two
/// spellings mean the same. What survives the rewriting is which columns and which literals an expression has.
/// </summary>
internal static partial class SqlExpression
{
    /// <summary>The columns and literals of an expression, in an order of their own.</summary>
    public static string Fingerprint(string expression, IEnumerable<string> tableColumns)
    {
        var withoutCasts = Cast().Replace(expression, "");
        var literals = StringLiteral().Matches(withoutCasts).Select(m => m.Value);
        var words = Word().Matches(StringLiteral().Replace(withoutCasts, " ")).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);

        return string.Join(' ', literals
            .Concat(words.Where(w => char.IsAsciiDigit(w[0])))
            .Concat(tableColumns.Where(words.Contains))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal));
    }

    /// <summary>Casts aside: <c>'{}'</c> and <c>'{}'::jsonb</c> are the same default.</summary>
    public static bool SameDefault(string? left, string? right) =>
        string.Equals(WithoutCasts(left), WithoutCasts(right), StringComparison.Ordinal);

    private static string? WithoutCasts(string? expression) => expression is null ? null : Cast().Replace(expression, "").Trim();

    [GeneratedRegex(
        @"::(character varying|double precision|time(stamp)? with(out)? time zone|[a-z_0-9]+)(\([0-9, ]+\))?(\[\])*",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Cast();

    [GeneratedRegex("'([^']|'')*'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StringLiteral();

    [GeneratedRegex(@"[A-Za-z0-9_.]+", RegexOptions.None, 1000)]
    private static partial Regex Word();
}
