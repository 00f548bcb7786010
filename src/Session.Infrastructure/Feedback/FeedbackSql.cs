namespace SessionService.Infrastructure.Feedback;

/// <summary>What a redaction does to feedback. By hand because the statements beside it are.</summary>
internal static class FeedbackSql
{
    /// <summary>
    /// Removes the comments of a message: <c>$1</c> is the user, <c>$2</c> the session, <c>$3</c> the number. Names, values and times stay.
    /// </summary>
    public const string BlankComments =
        """
        UPDATE dev.message_feedback
        SET comment = NULL
        WHERE user_id = $1 AND session_id = $2 AND sequence = $3 AND comment IS NOT NULL
        """;
}
