namespace SessionService.Application.Identity;

/// <summary>
/// Marks a request whose <c>user_id</c> is not its caller but a user who is given something. The caller must be allowed to act for both.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NamesRecipientAttribute : Attribute;
