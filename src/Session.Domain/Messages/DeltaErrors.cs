using SessionService.Domain.Errors;

namespace SessionService.Domain.Messages;

public static class DeltaErrors
{
    public static DeltaRefusedException Gap(long index, long next) =>
        new("delta_gap", $"Delta {index} cannot come yet: the next delta of the message is number {next}.", next);

    public static DeltaRefusedException Conflict(long index, long next) =>
        new("delta_conflict", $"The message has another delta {index}.", next);

    public static DeltaRefusedException TooLong(long next, int maxBytes, int maxDeltas) =>
        new(
            "message_too_long",
            $"The deltas of a message have at most {maxBytes} bytes, and there are at most {maxDeltas} of them: complete the message.",
            next);
}

/// <summary>A delta that its message cannot take.</summary>
/// <param name="nextIndex">The index of the delta that the message takes next.</param>
public sealed class DeltaRefusedException(string code, string message, long nextIndex) : ServiceException(code, message)
{
    public long NextIndex { get; } = nextIndex;
}
