using System.Text.RegularExpressions;

namespace SessionService.Infrastructure.Schema;

/// <summary>
/// Compares an expression of the model with the catalog's spelling of it. PostgreSQL rewrites what it stores
/// (<c>a IN ('x')</c> becomes <c>(a)::text = ANY (ARRAY['x'::text])</c>), and only the database itself could say exactly whether two
/// spellings mean the same. What survives the rewriting is which columns, literals, operators and functions an expression has.
/// </summary>
internal static partial class SqlExpression
{
    /// <summary>
    /// The columns, literals, operators and functions of an expression, each once, in an order of their own. To be equal to any of a
    /// list is to be equal to one OR another, and to differ from all of it is to differ from one AND another.
    /// </summary>
    public static string Fingerprint(string expression)
    {
        var withoutCasts = Cast().Replace(expression, "");
        var literals = StringLiteral().Matches(withoutCasts).Select(m => m.Value);

        var code = StringLiteral().Replace(withoutCasts, " ").ToLowerInvariant().Replace("!=", "<>", StringComparison.Ordinal);
        code = NotIn().Replace(code, " <> and ");
        code = In().Replace(code, " = or ");
        code = All().Replace(code, " and ");
        code = Any().Replace(code, " or ");

        return string.Join(' ', literals
            .Concat(Token().Matches(code).Select(m => m.Value).Where(t => t is not "array"))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal));
    }

    /// <summary>Casts aside: <c>'{}'</c> and <c>'{}'::jsonb</c> are the same default.</summary>
    public static bool SameDefault(string? left, string? right) =>
        string.Equals(WithoutCasts(left), WithoutCasts(right), StringComparison.Ordinal);

    /// <summary>Whether two partial indexes are of the same rows; without a filter, of all.</summary>
    public static bool SameFilter(string? left, string? right) =>
        left is null || right is null
            ? left == right
            : string.Equals(Fingerprint(left), Fingerprint(right), StringComparison.Ordinal);

    private static string? WithoutCasts(string? expression) => expression is null ? null : Cast().Replace(expression, "").Trim();

    [GeneratedRegex(
        @"::(character varying|double precision|time(stamp)? with(out)? time zone|[a-z_0-9]+)(\([0-9, ]+\))?(\[\])*",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Cast();

    [GeneratedRegex("'([^']|'')*'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StringLiteral();

    [GeneratedRegex(@"\bnot\s+in\b", RegexOptions.None, 1000)]
    private static partial Regex NotIn();

    [GeneratedRegex(@"\bin\b", RegexOptions.None, 1000)]
    private static partial Regex In();

    [GeneratedRegex(@"\ball\b", RegexOptions.None, 1000)]
    private static partial Regex All();

    [GeneratedRegex(@"\bany\b", RegexOptions.None, 1000)]
    private static partial Regex Any();

    // A word or number, or an operator.
    [GeneratedRegex(@"[a-z0-9_.]+|[-+*/<>=~!@#%^&|?]+", RegexOptions.None, 1000)]
    private static partial Regex Token();
}
