using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Statistics;

/// <summary>Totals of the whole service, exact at the moment of asking.</summary>
public sealed class StatisticsResponse
{
    /// <summary>Sessions ever created.</summary>
    /// <example>3</example>
    [Required]
    public required long TotalSessions { get; init; }

    /// <summary>Sessions that are active or completed.</summary>
    /// <example>2</example>
    [Required]
    public required long ActiveSessions { get; init; }

    /// <summary>Messages of all sessions.</summary>
    /// <example>5</example>
    [Required]
    public required long TotalMessages { get; init; }

    /// <summary>The sum of their tokens.</summary>
    /// <example>37</example>
    [Required]
    public required long TotalTokens { get; init; }

    /// <summary>The sum of their cost, USD.</summary>
    /// <example>0.0042</example>
    [Required]
    public required decimal TotalCost { get; init; }

    /// <summary>Messages a session; 0 where there is no session.</summary>
    /// <example>1.6666666666666667</example>
    [Required]
    public double AverageMessagesPerSession => TotalSessions == 0 ? 0 : (double)TotalMessages / TotalSessions;
}
