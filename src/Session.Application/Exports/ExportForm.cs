namespace SessionService.Application.Exports;

/// <summary>
/// The types of lines in an export. It begins with a header, <c>{"type": "export", "version": 1, …}</c>. Each session is followed by its
/// messages, in order, its memory, and the feedback of its messages. The attachments to which its messages refer stand before it, in
/// pieces, unless they stand before an earlier session. The user's memories follow, each before its earlier versions. A line
/// <c>{"type": "end", …}</c> shows that the export is complete.
/// </summary>
public static class ExportForm
{
    public const int Version = 1;

    public const string Header = "export";
    public const string Attachment = "attachment";
    public const string Session = "session";
    public const string Message = "message";
    public const string Memory = "memory";
    public const string Feedback = "feedback";
    public const string UserMemory = "user_memory";
    public const string UserMemoryVersion = "user_memory_version";
    public const string End = "end";
}
