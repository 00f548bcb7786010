using SessionService.Application.Identity;

namespace SessionService.Api.Identity;

/// <summary>The user that the body of a request names in <c>user_id</c>. A request feature, which the reader of the body sets.</summary>
/// <param name="UserId">The id as the client sent it.</param>
/// <param name="IsDeclared">Whether the request has this field. In other requests it is one of the fields that are ignored.</param>
/// <param name="IsRecipient">Whether the user is not the caller but given something, see <see cref="NamesRecipientAttribute"/>.</param>
internal sealed record BodyUser(string UserId, bool IsDeclared, bool IsRecipient)
{
    public const string Field = "user_id";
}
