using System.Text.RegularExpressions;

namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>What kind of answer a question wants, as far as its words tell. The words are English.</summary>
/// <param name="AsksWhen">It asks for a time.</param>
/// <param name="AsksHowMany">It asks for a number.</param>
/// <param name="IsRequest">It asks for something to be done or proposed, and not about the past or for an overview.</param>
public sealed partial record QuestionTraits(bool AsksWhen, bool AsksHowMany, bool IsRequest)
{
    /// <summary>Of a question that asks for none of these.</summary>
    public static readonly QuestionTraits None = new(false, false, false);

    public static QuestionTraits Of(string question) => new(
        When.IsMatch(question),
        HowMany.IsMatch(question),
        Request.IsMatch(question) && !PastOrOverview.IsMatch(question));

    [GeneratedRegex(
        @"\bwhen\b|\b(?:what|which) (?:dates?|days?|weeks?|months?|years?|time)\b|\bhow (?:long|recently)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        10_000)]
    private static partial Regex When { get; }

    [GeneratedRegex(@"\bhow (?:many|much)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 10_000)]
    private static partial Regex HowMany { get; }

    [GeneratedRegex(
        """
        \b(?:
            (?:can|could|would|will)\syou | (?:how|what|where|which)\s(?:do|can|could|should|would|might)\sI | I\s(?:can|could|should)
            | which | suggest | recommend | propose | advise | help\sme | show\sme | please
            | I(?:['’]m|\sam)\s(?:planning|trying|looking|thinking|hoping|working|updating|applying|preparing)
            | what(?:['’]s|\sis|\sare)\s(?:the\sbest|a\sgood|some)
        )\b
        """,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace,
        10_000)]
    private static partial Regex Request { get; }

    [GeneratedRegex(
        """
        \b(?:
            did | was | were | had | have\s(?:I|you|we|they) | has | happened | mentioned | told | said | discussed | decided
            | summary | summari[sz]e | overview | recap | in\s(?:what|which)\sorder | in\sorder | the\sorder\sin | walk\sme\sthrough
        )\b
        """,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace,
        10_000)]
    private static partial Regex PastOrOverview { get; }
}
