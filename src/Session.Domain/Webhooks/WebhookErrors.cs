using SessionService.Domain.Errors;

namespace SessionService.Domain.Webhooks;

public static class WebhookErrors
{
    public static NotFoundException NotFound() => new("webhook_not_found", "There is no such webhook.");

    public static NotFoundException DeliveryNotFound() => new("webhook_delivery_not_found", "There is no such delivery.");

    public static ConflictException TooMany(int max) => new("too_many_webhooks", $"There are {max} webhooks already, the most.");

    public static ConflictException Disabled() => new("webhook_disabled", "The webhook is disabled. Enable it first.");

    public static ConflictException StillPending() => new("webhook_delivery_pending", "The delivery is still under way.");

    public static ForbiddenException NotForUsers() =>
        new("webhooks_not_for_users", "Users may not have webhooks of their own here.");

    public static ForbiddenException ServiceOnly() =>
        new("service_key_required", "Only a service may have webhooks that are told of all users.");
}
