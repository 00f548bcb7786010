using System.Text;
using SessionService.Application.Messages;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>The filters of a selection, for messages that the database does not look into.</summary>
internal sealed class MessageFilter(MessageSelection selection)
{
    private readonly byte[]? _role = Bytes(selection.Role);
    private readonly byte[]? _messageType = Bytes(selection.MessageType);

    public bool Matches(ReadOnlySpan<byte> role, ReadOnlySpan<byte> messageType) =>
        (_role is null || role.SequenceEqual(_role)) && (_messageType is null || messageType.SequenceEqual(_messageType));

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
