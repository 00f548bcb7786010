using SessionService.Domain.Errors;

namespace SessionService.Domain.Memories;

public static class MemoryErrors
{
    public static NotFoundException NotFound() =>
        new("memory_not_found", "The session has no memory yet.");
}
