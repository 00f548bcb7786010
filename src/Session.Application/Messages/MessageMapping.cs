using AutoMapper;
using SessionService.Application.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

internal sealed class MessageMapping : Profile
{
    public MessageMapping()
    {
        CreateMap<SessionMessage, MessageResponse>()
            .ForMember(r => r.ParentSequence, map => map.Ignore())
            .ForMember(r => r.Parts, map => map.MapFrom(m => m.Parts == null ? null : new JsonText(m.Parts)))
            .ForMember(r => r.Feedback, map => map.Ignore())
            .ForMember(r => r.Metadata, map => map.MapFrom(m => new JsonText(m.Metadata)));
    }
}
