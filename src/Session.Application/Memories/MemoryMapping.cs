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
                Math.Max(0, (long)context.Items[MessageCount] - memory.TotalMessages)));
    }

    /// <summary>The key of the mapping's context item with the session's current message count.</summary>
    public const string MessageCount = nameof(MessageCount);
}
