namespace SessionService.Application.Exports;

/// <summary>
/// The types of lines in an export. It begins with a header, <c>{"type": "export", "version": 1, …}</c>. Each session is followed by its
/// messages, in order, its branches, its memory, and the feedback of its messages. Messages that the conversation does not show have a type
/// of their own, and stand in their place among the others. The attachments to which the messages refer stand before the session, in
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
    public const string BranchMessage = "branch_message";
    public const string Branch = "branch";
    public const string Memory = "memory";
    public const string Feedback = "feedback";
    public const string UserMemory = "user_memory";
    public const string UserMemoryVersion = "user_memory_version";
    public const string End = "end";
}
