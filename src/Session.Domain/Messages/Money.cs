namespace SessionService.Domain.Messages;

/// <summary>The range of <c>numeric(20,10)</c>, in which the cost of one message is kept.</summary>
public static class Money
{
    public const int FractionDigits = 10;

    /// <summary>USD.</summary>
    public const decimal Max = 9_999_999_999.999_999_999_9m;

    /// <summary>Rounds as PostgreSQL would on storing, so that an answer shows what a later read shows.</summary>
    public static decimal Round(decimal usd) => decimal.Round(usd, FractionDigits, MidpointRounding.AwayFromZero);
}
