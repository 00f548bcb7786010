using SessionService.Application.Exports;

namespace SessionService.Application.Imports;

/// <summary>A line of an import.</summary>
/// <param name="Number">The number of the line, or of the object in a document.</param>
public abstract record ImportLine(long Number)
{
    /// <summary>The file that the line stands in; <see langword="null"/> where the import is a single file.</summary>
    public string? File { get; init; }
}

/// <summary>
/// A valid line, of one of the forms that an export writes (<see cref="SessionLine"/>, <see cref="MessageLine"/>, …).
/// </summary>
public sealed record ValidLine<T>(long Number, T Content) : ImportLine(Number);

/// <summary>A conversation of another program, valid as a whole. It is stored as a whole or not at all.</summary>
/// <param name="SkippedBranches">How many of its branches are not imported.</param>
public sealed record ValidConversation(long Number, SessionLine Session, IReadOnlyList<MessageLine> Messages, int SkippedBranches)
    : ImportLine(Number);

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
    Attachment,
    Feedback,
}

/// <summary>Why a line is not imported.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Reason">For people.</param>
/// <param name="EndsReading">Whether the lines after it cannot be read either.</param>
/// <param name="IsOfUnknownForm">Whether the line has no known form.</param>
public sealed record ImportRefusal(string Code, string Reason, bool EndsReading = false, bool IsOfUnknownForm = false);
