using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>The status of a session. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<SessionStatus>))]
public readonly record struct SessionStatus(string Value) : IWord<SessionStatus>
{
    /// <summary><c>active</c>.</summary>
    public static SessionStatus Active { get; } = new("active");

    /// <summary><c>completed</c>.</summary>
    public static SessionStatus Completed { get; } = new("completed");

    /// <summary><c>ended</c>.</summary>
    public static SessionStatus Ended { get; } = new("ended");

    /// <summary><c>archived</c>.</summary>
    public static SessionStatus Archived { get; } = new("archived");

    /// <summary><c>expired</c>.</summary>
    public static SessionStatus Expired { get; } = new("expired");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static SessionStatus IWord<SessionStatus>.Of(string word) => new(word);
}

/// <summary>By what sessions are sorted. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<SessionSort>))]
public readonly record struct SessionSort(string Value) : IWord<SessionSort>
{
    /// <summary><c>created_at</c>.</summary>
    public static SessionSort CreatedAt { get; } = new("created_at");

    /// <summary><c>last_activity</c>.</summary>
    public static SessionSort LastActivity { get; } = new("last_activity");

    /// <summary><c>message_count</c>.</summary>
    public static SessionSort MessageCount { get; } = new("message_count");

    /// <summary><c>total_cost</c>.</summary>
    public static SessionSort TotalCost { get; } = new("total_cost");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static SessionSort IWord<SessionSort>.Of(string word) => new(word);
}
