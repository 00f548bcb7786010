using System.Collections.ObjectModel;
using System.Text;

namespace SessionService.Client;

/// <summary>
/// The service refused a request, or gave no answer. <see cref="Code"/> is stable; use it in programs. The message has the reasons that
/// the service gave, and nothing of what was sent.
/// </summary>
public sealed class SessionServiceException : Exception
{
    private static readonly ReadOnlyDictionary<string, IReadOnlyList<string>> NoErrors =
        ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    internal SessionServiceException(string message, Exception? cause)
        : base(message, cause) => Errors = NoErrors;

    internal SessionServiceException(int status, Problem? problem)
        : base(Describe(status, problem))
    {
        Status = status;
        Code = problem?.Code;
        Detail = problem?.Detail;
        TraceId = problem?.TraceId;
        NextIndex = problem?.NextIndex;
        Errors = problem?.Errors ?? NoErrors;
    }

    /// <summary>The status of the answer; <see langword="null"/> where there was none.</summary>
    public int? Status { get; internal init; }

    /// <summary>
    /// The stable word for what is wrong, such as <c>session_not_found</c>; <see langword="null"/> where there was no answer, or one that
    /// the service did not write.
    /// </summary>
    public string? Code { get; }

    /// <summary>What is wrong, in words.</summary>
    public string? Detail { get; }

    /// <summary>
    /// Everything that is invalid, by the field's name in the JSON; empty unless <see cref="Code"/> is <c>validation_failed</c>.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Errors { get; }

    /// <summary>The id of the request in the logs and traces of the service.</summary>
    public string? TraceId { get; }

    /// <summary>Where deltas were refused: the index of the delta that the message takes next.</summary>
    public int? NextIndex { get; }

    /// <summary>After how long the service asks to come again.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>
    /// Whether the call may have done its work all the same: an answer was lost, and no later one told. Then a 412 may mean that the own
    /// change is there already. False where certainly nothing was changed by this call.
    /// </summary>
    public bool IsOutcomeUnknown { get; internal init; }

    private static string Describe(int status, Problem? problem)
    {
        var text = new StringBuilder();
        text.Append(problem?.Code ?? problem?.Title ?? "The request was refused").Append(" (").Append(status).Append(')');
        if (problem?.Detail is { } detail)
        {
            text.Append(": ").Append(detail);
        }

        foreach (var (field, reasons) in problem?.Errors ?? NoErrors)
        {
            text.Append(' ').Append(field).Append(' ').AppendJoin(", ", reasons).Append('.');
        }

        return text.ToString();
    }
}
