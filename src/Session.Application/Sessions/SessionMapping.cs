using AutoMapper;
using SessionService.Application.Json;
using SessionService.Application.Search;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

internal sealed class SessionMapping : Profile
{
    public SessionMapping()
    {
        CreateMap<Session, SessionResponse>()
            .ForMember(r => r.Status, map => map.MapFrom(s => s.Status.Name()))
            .ForMember(r => r.ConversationData, map => map.MapFrom(s => new JsonText(s.ConversationData)))
            .ForMember(r => r.ForkedFrom, map => map.MapFrom(s => ForkOrigin.Of(s)))
            .ForMember(r => r.Metadata, map => map.MapFrom(s => new JsonText(s.Metadata)));
        CreateMap<Session, FoundSessionResponse>()
            .IncludeBase<Session, SessionResponse>()
            .ForMember(r => r.Hits, map => map.Ignore());
    }
}
