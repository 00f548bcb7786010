namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>What the filters of a list choose by.</summary>
internal readonly record struct MessageKind(string Role, string MessageType);
