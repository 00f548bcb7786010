using SessionService.Domain.Errors;

namespace SessionService.Domain.Idempotency;

public static class IdempotencyErrors
{
    public static ConflictException KeyReused() =>
        new("idempotency_key_reused", "This Idempotency-Key was used for another request.");
}
