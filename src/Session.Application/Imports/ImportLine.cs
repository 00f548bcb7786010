namespace SessionService.Application.Imports;

/// <summary>A line of what is to be imported.</summary>
/// <param name="Number">Where the line stands in what was sent.</param>
public abstract record ImportLine(long Number);

/// <summary>
/// A valid line, of one of the forms that an export writes (<see cref="Exports.SessionLine"/>, <see cref="Exports.MessageLine"/>, …).
/// </summary>
public sealed record ValidLine<T>(long Number, T Content) : ImportLine(Number);

/// <summary>A line that is not imported.</summary>
/// <param name="Number">Where the line stands in what was sent.</param>
/// <param name="Kind">What it is; <see langword="null"/> where that could not be told.</param>
/// <param name="Refusal">What is wrong.</param>
public sealed record RefusedLine(long Number, ImportKind? Kind, ImportRefusal Refusal) : ImportLine(Number);

public enum ImportKind
{
    Session,
    Message,
    Memory,
    UserMemory,
}

/// <summary>Why something is not imported.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Reason">For people.</param>
/// <param name="EndsReading">Whether what follows cannot be made out either.</param>
public sealed record ImportRefusal(string Code, string Reason, bool EndsReading = false);
