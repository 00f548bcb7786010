namespace SessionService.Domain.UserMemories;

/// <summary>How much a memory matters, 0 to 1.</summary>
public static class Importance
{
    /// <summary>Fraction digits that are kept.</summary>
    public const int Digits = 6;

    public static decimal? Round(decimal? importance) => importance is { } given ? decimal.Round(given, Digits) : null;
}
