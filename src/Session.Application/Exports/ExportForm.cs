namespace SessionService.Application.Exports;

/// <summary>
/// What the lines of an export have in common with those of an import. An export begins with a header,
/// <c>{"type": "export", "version": 1, …}</c>; each session is followed by its messages, in order, and its memory; the user's own memories
/// follow, each before what it was earlier; a line <c>{"type": "end", …}</c> says that it is whole.
/// </summary>
public static class ExportForm
{
    public const int Version = 1;

    public const string Header = "export";
    public const string Session = "session";
    public const string Message = "message";
    public const string Memory = "memory";
    public const string UserMemory = "user_memory";
    public const string UserMemoryVersion = "user_memory_version";
    public const string End = "end";
}
