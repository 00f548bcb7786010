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
            .ForMember(r => r.MessagesSinceLastSummary, map => map.MapFrom((memory, _, _, context) =>
                (long)context.Items[MessageCount] - memory.TotalMessages));
    }

    /// <summary>The key under which a mapping is given the messages that the session holds now.</summary>
    public const string MessageCount = nameof(MessageCount);
}
