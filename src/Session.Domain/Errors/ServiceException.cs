namespace SessionService.Domain.Errors;

/// <summary>A request that the rules refuse. <see cref="Code"/> is part of the contract; the message is shown to the client.</summary>
public abstract class ServiceException(string code, string message) : Exception(message)
{
    /// <summary>Stable, machine-readable name of the refusal, in snake_case.</summary>
    public string Code { get; } = code;
}

/// <summary>The resource does not exist, or not for this caller: the two must not be told apart.</summary>
public sealed class NotFoundException(string code, string message) : ServiceException(code, message);

/// <summary>The caller acts in another user's name.</summary>
public sealed class ForbiddenException(string code, string message) : ServiceException(code, message);

/// <summary>The state of the resource forbids the change.</summary>
public sealed class ConflictException(string code, string message) : ServiceException(code, message);

/// <summary>A precondition of the request, such as <c>If-Match</c>, does not hold.</summary>
public sealed class PreconditionFailedException(string code, string message) : ServiceException(code, message);

/// <summary>A field that is valid alone, but not together with the stored data.</summary>
public sealed class InvalidFieldException(string field, string reason)
    : ServiceException("validation_failed", "The request is not valid; see errors.")
{
    /// <summary>The field, as the client names it.</summary>
    public string Field { get; } = field;

    public string Reason { get; } = reason;
}
