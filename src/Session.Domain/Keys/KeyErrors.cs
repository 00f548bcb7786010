using SessionService.Domain.Errors;

namespace SessionService.Domain.Keys;

public static class KeyErrors
{
    public static NotFoundException NotFound() =>
        new("key_not_found", "There is no such key.");

    public static ForbiddenException ServiceKeyRequired() =>
        new("service_key_required", "Only the key of a service may do this.");
}
