using SessionService.Application.Exports;

namespace SessionService.Application.Imports;

/// <summary>Something to import.</summary>
/// <param name="Line">Where it stands in what was sent.</param>
/// <param name="Kind">What it is; <see langword="null"/> where that could not be told.</param>
/// <param name="Content">
/// A valid <see cref="SessionLine"/>, <see cref="MessageLine"/>, <see cref="MemoryLine"/>, <see cref="UserMemoryLine"/> or
/// <see cref="UserMemoryVersionLine"/>; <see langword="null"/> where it is wrong.
/// </param>
/// <param name="Refusal">What is wrong.</param>
public sealed record ImportLine(long Line, ImportKind? Kind, object? Content, ImportRefusal? Refusal = null);

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
