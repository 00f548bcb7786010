using AutoMapper;
using SessionService.Application.Json;
using SessionService.Domain.Memories;

namespace SessionService.Application.Memories;

internal sealed class MemoryMapping : Profile
{
    public MemoryMapping()
    {
        CreateMap<SessionMemory, MemoryResponse>()
            .ForMember(r => r.Metadata, map => map.MapFrom(m => new JsonText(m.Metadata)))
            .ForMember(r => r.UserPreferences, map => map.MapFrom(m => new JsonText(m.UserPreferences)))
            .ForMember(r => r.OngoingTasks, map => map.MapFrom(m => new JsonText(m.OngoingTasks)))
            .ForMember(r => r.MessagesSinceLastSummary, map => map.MapFrom((_, _, _, context) => context.Items[MessagesSince]));
    }

    /// <summary>The key of the mapping's context item with the number of messages that came since the memory was written.</summary>
    public const string MessagesSince = nameof(MessagesSince);
}
