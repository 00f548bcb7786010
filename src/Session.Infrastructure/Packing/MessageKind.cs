namespace SessionService.Infrastructure.Packing;

/// <summary>What the filters of a list choose by.</summary>
internal readonly record struct MessageKind(string Role, string MessageType);
