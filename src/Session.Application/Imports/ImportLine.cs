namespace SessionService.Application.Imports;

/// <summary>A line of an import.</summary>
/// <param name="Number">The number of the line, or of the object in a document.</param>
public abstract record ImportLine(long Number);

/// <summary>
/// A valid line, of one of the forms that an export writes (<see cref="Exports.SessionLine"/>, <see cref="Exports.MessageLine"/>, …).
/// </summary>
public sealed record ValidLine<T>(long Number, T Content) : ImportLine(Number);

/// <summary>An invalid line.</summary>
/// <param name="Number">The number of the line, or of the object in a document.</param>
/// <param name="Kind">The kind of the line; <see langword="null"/> where it is not known.</param>
/// <param name="Refusal">What is wrong.</param>
public sealed record RefusedLine(long Number, ImportKind? Kind, ImportRefusal Refusal) : ImportLine(Number);

public enum ImportKind
{
    Session,
    Message,
    Memory,
    UserMemory,
}

/// <summary>Why a line is not imported.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Reason">For people.</param>
/// <param name="EndsReading">Whether the lines after it cannot be read either.</param>
public sealed record ImportRefusal(string Code, string Reason, bool EndsReading = false);
